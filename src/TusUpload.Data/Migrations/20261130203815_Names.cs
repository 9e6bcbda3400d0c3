using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TusUpload.Data.Migrations
{
    /// <inheritdoc />
    public partial class Names : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // By hash: a name may be longer than an index takes. Where a workspace lets each name in once, these say whether it is taken.
            migrationBuilder.Sql("""
                CREATE INDEX ix_files_named ON tus_upload.files (workspace_id, hashtextextended(file_name, 0)) WHERE deleted_at IS NULL;
                CREATE INDEX ix_upload_sessions_named ON tus_upload.upload_sessions (workspace_id, hashtextextended(file_name, 0)) WHERE status = 'receiving';
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP INDEX tus_upload.ix_files_named; DROP INDEX tus_upload.ix_upload_sessions_named;");
        }
    }
}
