namespace TusUpload.Protocol.Events;

/// <summary>What a request that is to be authorised wants.</summary>
public enum TusIntent
{
    CreateFile,
    GetFileInfo,
    WriteFile,
    DeleteFile,
}
