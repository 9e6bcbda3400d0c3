using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TusUpload.Data.Sessions;

internal sealed class UploadChunkConfiguration : IEntityTypeConfiguration<UploadChunk>
{
    public void Configure(EntityTypeBuilder<UploadChunk> table)
    {
        table.ToTable("upload_chunks", t =>
        {
            t.HasCheckConstraint("ck_upload_chunks_span", "chunk_index >= 0 AND chunk_offset >= 0 AND chunk_size > 0");
            t.HasCheckConstraint("ck_upload_chunks_checksum", "length(checksum) = 16");
        });
        table.HasKey(chunk => new { chunk.SessionId, chunk.ChunkIndex });
        table.HasOne<UploadSession>().WithMany().HasForeignKey(chunk => chunk.SessionId).OnDelete(DeleteBehavior.Cascade);
    }
}
