namespace TusUpload.Data.Links;

/// <summary>Why a link that is there does not take an upload.</summary>
public static class LinkRefusal
{
    public const string Expired = "expired";

    /// <summary>It has a password, and the uploader, who is no visitor of it, does not work in its workspace either.</summary>
    public const string Password = "password";

    public const string Uses = "uses";
    public const string Files = "files";
    public const string Type = "type";
    public const string Size = "size";

    /// <summary>
    /// The first that holds of the row <c>links</c>, for the parameters of <see cref="Sessions.SessionCreation"/>; null: none. Parts of an upload count as
    /// no file and have no type: the upload that is made of them does.
    /// </summary>
    internal const string Sql = """
        CASE WHEN expires_at <= COALESCE($29, $1) THEN 'expired'
             WHEN password_hash IS NOT NULL AND NOT $27 AND $26 <> $4 AND NOT EXISTS (SELECT FROM member) THEN 'password'
             WHEN $28 AND uses >= max_uses THEN 'uses'
             WHEN NOT $21 AND files >= max_files THEN 'files'
             WHEN NOT $21 AND allowed_types IS NOT NULL AND NOT EXISTS (
                 SELECT FROM unnest(allowed_types) AS type, (SELECT lower(trim(split_part(COALESCE($11, ''), ';', 1))) AS given) AS told
                  WHERE lower(type) IN (told.given, '*/*', regexp_replace(told.given, '/.*', '/*'))) THEN 'type'
             WHEN GREATEST($14, $16) > max_file_size THEN 'size'
        END
        """;
}
